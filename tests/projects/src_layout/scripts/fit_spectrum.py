import torch
from peakfit import PeakModel, fit
from peakfit.fitting import synthetic

torch.manual_seed(0)
energies, counts = synthetic([3.0, 5.0, 8.0])
model = PeakModel([3.2, 5.2, 7.8])
history = fit(model, energies, counts)

with torch.no_grad():
    curve = model(energies)
areas = model.heights * model.widths.abs()

print(history[-1] < history[0])
print(curve.numpy().max(), counts.numpy().max())
print("areas", areas.numpy())
