"""The same training in PyTorch, eager: `python benchmarks/in_pytorch.py PROBLEM [STEPS]`."""

import problems
import torch

problem = problems.chosen()
X, Y = torch.tensor(problem.X).float(), torch.tensor(problem.Y).float()
layers = []
for w in problem.weights:
    layer = torch.nn.Linear(*w.shape, bias=problem.biased)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(w.T))
        if problem.biased:
            layer.bias.zero_()
    layers += [layer, torch.nn.ReLU()]
net = torch.nn.Sequential(*layers[:-1])
loss_of = torch.nn.MSELoss() if problem.loss == "mse" else torch.nn.CrossEntropyLoss()
optimizer = (torch.optim.Adam if problem.optimizer == "Adam" else torch.optim.SGD)(
    net.parameters(), lr=problem.rate
)


def step(i, fetched):
    start = problem.start(i)
    end = start + problem.batch
    optimizer.zero_grad()
    loss = loss_of(net(X[start:end]), Y[start:end])
    loss.backward()
    optimizer.step()
    return loss.item() if fetched else None


def at_end():
    with torch.no_grad():
        return loss_of(net(X[: problem.batch]), Y[: problem.batch]).item()


problems.measure("PyTorch, eager", problem, step, at_end)
