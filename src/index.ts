// What may others call? The stages, the data they pass on, and the errors they throw; re-exports and nothing else.

export { type Analysis, parseAnalysis } from './analysis/analysis-file.ts';
export { AnalysisSummary, summarizeAnalysis } from './analysis/analysis-summary.ts';
export { hypervolume, paretoFront } from './analysis/pareto.ts';
export { type WeightByDistance, weightByDistance } from './analysis/weight-distance.ts';
export { calibrate } from './compression/calibrate.ts';
export { type FakeQuantized, fakeQuantize, fakeQuantizedNetwork } from './compression/fake-quantize.ts';
export type { IntegerNetwork, IntegerRun, Units } from './compression/integer-network.ts';
export { type Pruned, prune } from './compression/prune.ts';
export type { PruneRule, PruneRules, RoomFor } from './compression/prune-weights.ts';
export { applyUnits, type Quantized, type QuantizeOptions, quantize, quantizeInputs } from './compression/quantize.ts';
export { decodeQuantized, encodeQuantized, type QuantizedArtifact } from './compression/quantized-file.ts';
export { runInteger } from './compression/run-integer.ts';
export { chooseUnits, type UnitOptions } from './compression/units.ts';
export type { WeightFormat } from './compression/weight-format.ts';
export { BimtError, EXIT, FitError, InterruptedError, MismatchError, UsageError, type Violation } from './core/errors.ts';
export type { OnProgress, Progress, Warning } from './core/progress.ts';
export { type CardSubject, modelCard } from './exchange/model-card.ts';
export { exportIntegerNpz, exportNpz } from './exchange/npz.ts';
export { exportIntegerOnnx, exportOnnx, type FormOptions, type ModelFile } from './exchange/onnx-forms.ts';
export { openIntegerModel, openSequenceModel, openStepModel } from './exchange/run-onnx.ts';
export { type Chip, type ChipOptions, chipOf } from './mapping/chip.ts';
export { buildMapping } from './mapping/images.ts';
export { checkFit, checkPlacement, type FitCheck } from './mapping/legality.ts';
export { type MappingFile, mappingSchema, parseMapping } from './mapping/mapping-file.ts';
export { type MappingMetrics, mappingMetrics } from './mapping/metrics.ts';
export { groupOfNeuron, type Partition, partition } from './mapping/partition.ts';
export { type PlaceOptions, place } from './mapping/place.ts';
export type { Placement } from './mapping/placement.ts';
export { type MappingProblem, mappingProblem, realWeights } from './mapping/problem.ts';
export type { ArtifactHeader, Provenance, Scores } from './network/artifact.ts';
export type { Csr } from './network/csr.ts';
export { type Grid, gridWireCost, parseGrid, type WireCost } from './network/geometry.ts';
export type { Activation, Network } from './network/network.ts';
export { type Run, runNetwork } from './network/run.ts';
export { AnalyzeConfig, analyzeStage } from './pipeline/analyze-stage.ts';
export { type RunConfig, resolveRunConfig } from './pipeline/config.ts';
export { type NetworkArtifact, readNetwork, writeNetwork } from './pipeline/network-file.ts';
export { type RunResult, requireSuccess, runPipeline } from './pipeline/run.ts';
export { openRunFolder, type RunFolder } from './pipeline/run-folder.ts';
export { runSweep } from './pipeline/sweep.ts';
export { parseSweep, type SweepPlan } from './pipeline/sweep-file.ts';
export { openSweepFolder, type SweepFolder } from './pipeline/sweep-folder.ts';
export { comparisonFigures, FIGURES, type FigureEntry, networkFigures } from './report/figures.ts';
export type { ReportInput } from './report/input.ts';
export { svgToPng } from './report/png.ts';
export { buildReport, type Report } from './report/report.ts';
export { summaryText } from './report/summary.ts';
export { reportText } from './report/text.ts';
export { type Chip as SimulatedChip, loadChip, runChip } from './simulation/chip.ts';
export { type MutationOutcome, mutationTest } from './simulation/mutation-test.ts';
export { type Execution, stressInputs, type Verification, verifyExecutions } from './simulation/verify.ts';
export { type EnergyEstimate, energyProfile, estimateEnergy } from './targets/energy.ts';
export { executability, storageFormat, weightFormat } from './targets/formats.ts';
export { checkTargetFile, listTargets, loadTarget, type Target } from './targets/load.ts';
export { type Topology, topology } from './targets/topology.ts';
export { evaluationTrials, measureAccuracy, type SuiteScores, tasksWithin } from './tasks/accuracy.ts';
export { type AnalysisGroup, type AnalysisPlan, analysisTrials } from './tasks/analysis-trials.ts';
export { type BatchPlan, makeBatch } from './tasks/batches.ts';
export { type Batch, responseAt, type TaskSuite, type Trial, type TrialInfo } from './tasks/suite.ts';
export { findSuite, findTask, SUITES, suiteSettings } from './tasks/suites.ts';
export { sampleTrial } from './tasks/trial.ts';
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './training/checkpoint.ts';
export { engineSpec, resolveTrainConfig, type TrainConfig } from './training/config.ts';
export type { Engine, EngineSpec, FakeQuantizer, StateQuantization, TrainingState } from './training/engine.ts';
export { openEngine } from './training/engines/open.ts';
export { type FineTuneConfig, fineTune, fineTuneSpec, resolveFineTuneConfig } from './training/fine-tune.ts';
export { type Layout, searchLayout } from './training/layout.ts';
export {
  onInputGrid,
  type QuantizationAwareConfig,
  quantizationAwareSpec,
  resolveQuantizationAwareConfig,
  type SignalQuantization,
  trainQuantized,
} from './training/quantization-aware.ts';
export { trainedNetwork } from './training/result.ts';
export { train, trainingSizes } from './training/train.ts';
export {
  accumulatorUnits,
  integerGrid,
  largestUnits,
  learnedQuantizer,
  type QuantizationGrid,
  ruledQuantizer,
} from './training/uniform-quantizer.ts';
