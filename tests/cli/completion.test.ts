// Do shells complete our command lines? The script for bash is asked as bash asks it, those for zsh and fish where they are installed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { listTargets } from '../../src/targets/load.ts';
import { runProgram, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const isInstalled = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;

beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout, error } = await runProgram('completion', shell);
    expect(error).toBeNull();
    writeFileSync(join(folder, shell), stdout);
  }
  mkdirSync(join(folder, 'runs'));
});

function run(shell: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(shell, args, { cwd: folder, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

describe('bash', () => {
  /** What bash offers for the last of the words; it splits --option=value into three. */
  function offered(line: string): string[] {
    const words = line.split(/ |(=)/).filter((word) => word !== undefined);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell reads it.
    const script = 'source ./bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _bimt_export; printf "%s\\n" "${COMPREPLY[@]}"';
    return run('bash', '-c', script, 'bash', ...words)
      .split('\n')
      .filter((word) => word !== '');
  }

  it.each([
    ['bimt-export ma', ['map', 'map-graph']],
    ['bimt-export completion ', ['bash', 'zsh', 'fish']],
    ['bimt-export tasks ', ['list', 'show', 'sample']],
    ['bimt-export targets list --cl', ['--class']],
    ['bimt-export targets show loihi', ['loihi1', 'loihi2']],
    ['bimt-export tasks show dlyg', ['dlygo']],
    ['bimt-export figure null', ['null-histograms']],
    ['bimt-export map --obj', ['--objective']],
    ['bimt-export map model --objective ', ['wire', 'traffic', 'energy', 'congestion']],
    ['bimt-export map --objective=en', ['energy']],
    ['bimt-export map --objective energy --target rram', ['rram-mesh']],
    ['bimt-export run --aware loihi2', ['loihi2']],
    ['bimt-export --ver', ['--version']],
    // Nothing of ours: the shell completes files.
    ['bimt-export map ru', []],
    ['bimt-export map --out ', []],
    ['bimt-export map --target ./', []],
    ['bimt-export nonsense --', ['--version', '--help']],
  ])('%s', (line, words) => {
    expect(offered(line)).toEqual(words);
  });

  it('offers every target', () => {
    expect(offered('bimt-export check --target ')).toEqual(listTargets());
  });
});

describe.runIf(isInstalled('zsh'))('zsh', () => {
  it('reads the script', () => {
    run('zsh', '-n', 'zsh');
  });
});

describe.runIf(isInstalled('fish'))('fish', () => {
  it.each([
    ['bimt-export ma', ['map', 'map-graph']],
    ['bimt-export targets show loihi', ['loihi1', 'loihi2']],
    ['bimt-export map --objective ', ['congestion', 'energy', 'traffic', 'wire']],
    ['bimt-export map ru', ['runs/']],
  ])('%s', (line, words) => {
    const offered = run('fish', '-c', `source fish; complete -C '${line}'`).split('\n');
    expect(offered.map((answer) => answer.split('\t')[0]).filter((word) => word !== '')).toEqual(words);
  });
});
