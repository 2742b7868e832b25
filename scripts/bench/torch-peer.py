"""How fast is PyTorch at the same training step? Prints one JSON line that describes it, then for each line with a number of steps
read from standard input the CPU seconds that they took. Usage: torch-peer.py plain|hoisted|rnn STEPS ROWS INPUTS NEURONS OUTPUTS"""

import json
import re
import sys
import time

import torch
import torch.nn.functional as F

variant = sys.argv[1]
steps, rows, inputs, neurons, outputs = map(int, sys.argv[2:7])
torch.set_num_threads(1)
torch.manual_seed(0)


class Plain(torch.nn.Module):
    """The loop as one writes it: both products inside."""

    def __init__(self):
        super().__init__()
        self.input = torch.nn.Linear(inputs, neurons)
        self.recurrent = torch.nn.Linear(neurons, neurons, bias=False)
        self.readout = torch.nn.Linear(neurons, outputs)

    def recurrent_weight(self):
        return self.recurrent.weight

    def forward(self, u):
        h = torch.zeros(rows, neurons)
        states = []
        for t in range(steps):
            h = F.relu(self.input(u[t]) + self.recurrent(h))
            states.append(h)
        return self.readout(torch.stack(states))


class Hoisted(Plain):
    """The input projection of all steps as one product before the loop."""

    def forward(self, u):
        h = torch.zeros(rows, neurons)
        states = []
        for x in self.input(u).unbind(0):
            h = F.relu(x + self.recurrent(h))
            states.append(h)
        return self.readout(torch.stack(states))


class BuiltIn(torch.nn.Module):
    """torch.nn.RNN, the loop in C++."""

    def __init__(self):
        super().__init__()
        self.rnn = torch.nn.RNN(inputs, neurons, nonlinearity="relu")
        self.readout = torch.nn.Linear(neurons, outputs)

    def recurrent_weight(self):
        return self.rnn.weight_hh_l0

    def forward(self, u):
        return self.readout(self.rnn(u)[0])


model = {"plain": Plain, "hoisted": Hoisted, "rnn": BuiltIn}[variant]()
optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
u = torch.randn(steps, rows, inputs)
targets = torch.randint(0, outputs, (steps * rows,))
wire_length = torch.rand(neurons, neurons)


def update():
    optimiser.zero_grad()
    loss = F.cross_entropy(model(u).reshape(-1, outputs), targets)
    penalty = sum(p.abs().sum() for p in model.parameters()) + (model.recurrent_weight().abs() * wire_length).sum()
    (loss + 1e-5 * penalty).backward()
    optimiser.step()


update()
with open("/proc/self/maps") as maps:
    blas = sorted(set(re.findall(r"/\S*(?:blas|blis|mkl)\S*\.so\S*", maps.read())))
print(json.dumps({"version": torch.__version__, "blas": blas}), flush=True)
for line in sys.stdin:
    start = time.process_time()
    for _ in range(int(line)):
        update()
    print(time.process_time() - start, flush=True)
