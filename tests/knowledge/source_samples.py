"""A call for each executed row about a library around PyTorch: code that leaves its outcome in `result`.

`x` is a tensor that requires grad, `mode` gives the grad mode. Nothing is loaded from elsewhere:
models are made small and at random.
"""

from __future__ import annotations

_LIGHTNING = """
import logging, warnings
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
warnings.filterwarnings("ignore")
import lightning.pytorch as pl
seen = {}
class Model(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)
    def training_step(self, batch, index):
        return self.layer(batch).sum()
    def validation_step(self, batch, index):
        seen["validation_step"] = mode()
    def test_step(self, batch, index):
        seen["test_step"] = mode()
    def predict_step(self, batch, index):
        seen["predict_step"] = mode()
        return self.layer(batch)
    def on_validation_epoch_end(self):
        seen["on_validation_epoch_end"] = mode()
    def on_validation_batch_end(self, *_):
        seen["on_validation_batch_end"] = mode()
    def on_validation_start(self):
        seen["on_validation_start"] = mode()
    def on_test_epoch_end(self):
        seen["on_test_epoch_end"] = mode()
    def on_predict_epoch_end(self):
        seen["on_predict_epoch_end"] = mode()
    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)
class Watcher(pl.Callback):
    def on_validation_epoch_end(self, *_):
        seen["callback on_validation_epoch_end"] = mode()
    def on_test_epoch_end(self, *_):
        seen["callback on_test_epoch_end"] = mode()
data = torch.utils.data.DataLoader(torch.ones(2, 2))
model = Model()
trainer = pl.Trainer(max_epochs=1, accelerator="cpu", logger=False, enable_checkpointing=False,
    enable_progress_bar=False, enable_model_summary=False, callbacks=[Watcher()])
"""
_ASKED = """
import logging
logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
import lightning.pytorch as pl
class Model(pl.LightningModule):
    def __init__(self, size=2):
        super().__init__()
        seen["save_hyperparameters"] = self.save_hyperparameters()
        self.layer = torch.nn.Linear(size, 1)
        self.automatic_optimization = False
    def training_step(self, batch, index):
        loss = self.layer(batch).sum()
        seen["log"] = self.log("loss", loss)
        seen["log_dict"] = self.log_dict({"other": loss})
        seen["optimizers"] = self.optimizers()
        seen["print"] = self.print("")
        self.manual_backward((x * 1).sum())
    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)
seen = {}
trainer = pl.Trainer(max_epochs=1, accelerator="cpu", logger=False, enable_checkpointing=False,
    enable_progress_bar=False, enable_model_summary=False)
trainer.fit(Model(), torch.utils.data.DataLoader(torch.ones(2, 2)))
"""
_FIT = _LIGHTNING + "trainer.fit(model, data, data)\n"
_TEST = _LIGHTNING + "trainer.test(model, data, verbose=False)\n"
_PREDICT = _LIGHTNING + "trainer.predict(model, data)\n"

_BERT = """
import transformers
config = transformers.BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
    intermediate_size=8, vocab_size=11)
"""
_GPT = """
import transformers
config = transformers.GPT2Config(n_embd=8, n_layer=1, n_head=2, vocab_size=11, n_positions=16)
model = transformers.AutoModelForCausalLM.from_config(config)
"""
_IGNITE = """
from ignite.engine import Engine, Events, create_supervised_evaluator
seen = []
class Watched(torch.nn.Linear):
    def forward(self, x):
        seen.append(mode())
        return super().forward(x)
evaluator = create_supervised_evaluator(Watched(2, 1))
evaluator.run([(torch.ones(1, 2), torch.ones(1, 1))])
result = seen[0]
"""
_METRIC = """
import torchmetrics
seen = {}
class Metric(torchmetrics.Metric):
    def update(self, value):
        seen["update"] = mode()
    def compute(self):
        seen["compute"] = mode()
        return torch.ones(())
metric = Metric()
metric.update(x)
metric.compute()
result = seen["update"]
"""
_GRAPH = "edges = torch.tensor([[0, 1], [1, 0]])\n"
_PREDICTED = """
import numpy, stable_baselines3
model = stable_baselines3.PPO("MlpPolicy", "CartPole-v1", device="cpu")
result = model.predict(numpy.zeros(4, "float32"))[0]
"""
_ATTRIBUTION = """
import captum.attr
net = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU())
result = captum.attr.{0}.attribute(x.reshape(1, 4), target=0{1})
"""
_ACCELERATOR = "from accelerate import Accelerator\naccelerator = Accelerator(cpu=True)\n"

SAMPLES: dict[str, str] = {
    "**.LightningModule": "import lightning.pytorch as pl\nresult = pl.LightningModule",
    "**.LightningModule.validation_step": _FIT + "result = seen['validation_step']",
    "**.LightningModule.on_validation_*": _FIT + "result = seen['on_validation_epoch_end']",
    "**.LightningModule.test_step": _TEST + "result = seen['test_step']",
    "**.LightningModule.on_test_*": _TEST + "result = seen['on_test_epoch_end']",
    "**.LightningModule.predict_step": _PREDICT + "result = seen['predict_step']",
    "**.LightningModule.on_predict_*": _PREDICT + "result = seen['on_predict_epoch_end']",
    "**.LightningModule.manual_backward": _ASKED + "result = x.grad",
    **{
        f"**.LightningModule.{name}": f"{_ASKED}result = seen[{name!r}]"
        for name in ("log", "log_dict", "optimizers", "print", "save_hyperparameters")
    },
    "pytorch_lightning.**.Callback.on_validation_*": _FIT
    + "result = seen['callback on_validation_epoch_end']",
    "pytorch_lightning.**.Callback.on_test_*": _TEST + "result = seen['callback on_test_epoch_end']",
    "pytorch_lightning.**.Trainer.predict": _LIGHTNING + "result = trainer.predict(model, data)",
    "torch.nn.parallel.DistributedDataParallel": """
import tempfile
import torch.distributed
shared = f"file://{tempfile.mkdtemp()}/store"
torch.distributed.init_process_group("gloo", init_method=shared, rank=0, world_size=1)
x = torch.nn.Linear(2, 1)
result = torch.nn.parallel.DistributedDataParallel(x)
torch.distributed.destroy_process_group()
""",
    "torch.autograd.Function.forward": """
class F(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        global result
        result = mode()
        return x * 2
F.apply(x)
""",
    "torch.autograd.Function.backward": """
class F(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2
    @staticmethod
    def backward(ctx, g):
        global result
        result = mode()
        return g
F.apply(x).sum().backward()
""",
    "torch.autograd.Function.setup_context": """
class F(torch.autograd.Function):
    @staticmethod
    def forward(x):
        return x * 2
    @staticmethod
    def setup_context(ctx, inputs, output):
        global result
        result = mode()
F.apply(x)
""",
    "torchmetrics.**.Metric.update": _METRIC,
    "torchmetrics.**.Metric": "import torchmetrics\nresult = torchmetrics.Metric",
    "torchmetrics.*.compute": """
import torchmetrics
metric = torchmetrics.MeanSquaredError()
metric.update(x, torch.zeros_like(x))
result = metric.compute()
""",
    "torchmetrics.functional.mean_squared_error": "import torchmetrics\n"
    "result = torchmetrics.functional.mean_squared_error(x, torch.zeros_like(x))",
    "torchvision.models.*": "import torchvision\nresult = torchvision.models.squeezenet1_1()",
    "torchvision.models.segmentation.*": "import torchvision\n"
    "result = torchvision.models.segmentation.lraspp_mobilenet_v3_large(weights_backbone=None)",
    "torchvision.ops.sigmoid_focal_loss": "import torchvision\n"
    "result = torchvision.ops.sigmoid_focal_loss(x, torch.zeros_like(x))",
    "torchvision.utils.make_grid": "import torchvision\n"
    "result = torchvision.utils.make_grid(x.reshape(1, 1, 2, 2))",
    "torchvision.transforms.*.__call__": "import torchvision\n"
    "result = torchvision.transforms.CenterCrop(2)(x.reshape(1, 2, 2))",
    "torchvision.models.*_Weights": "import torchvision\n"
    "result = torchvision.models.ResNet18_Weights.DEFAULT",
    "torchvision.transforms.functional.to_tensor": "import torchvision, numpy\n"
    "result = torchvision.transforms.functional.to_tensor(numpy.ones((2, 2, 1), 'uint8'))",
    "torchvision.transforms.functional.normalize": "import torchvision\n"
    "result = torchvision.transforms.functional.normalize(x.reshape(1, 2, 2), [0.5], [0.5])",
    "torchvision.transforms.functional.resize": "import torchvision\n"
    "result = torchvision.transforms.functional.resize(x.reshape(1, 2, 2), [4, 4])",
    "torchvision.datasets.*": "import torchvision\n"
    "result = torchvision.datasets.FakeData(2, (1, 2, 2), "
    "transform=torchvision.transforms.ToTensor())[0]",
    "tqdm.tqdm": "import tqdm\nx = [x]\nresult = tqdm.tqdm(x, disable=True)",
    "tqdm.trange": "import tqdm\nx = 3\nresult = tqdm.trange(x, disable=True)",
    "tqdm.auto.tqdm": "import tqdm.auto\nx = [x]\nresult = tqdm.auto.tqdm(x, disable=True)",
    "tqdm.auto.trange": "import tqdm.auto\nx = 3\nresult = tqdm.auto.trange(x, disable=True)",
    "tqdm.**.tqdm": "import tqdm.std\nx = [x]\nresult = tqdm.std.tqdm(x, disable=True)",
    "tqdm.**.trange": "import tqdm.std\nx = 3\nresult = tqdm.std.trange(x, disable=True)",
    "tqdm.**.set_description*": "import tqdm\nresult = tqdm.tqdm().set_description(str(x))",
    "tqdm.**.set_postfix*": "import tqdm\nresult = tqdm.tqdm().set_postfix(loss=x.sum())",
    "tqdm.**.write": "import tqdm\nresult = tqdm.tqdm().write(str(x))",
    "timm.create_model": "import timm\nresult = timm.create_model('test_vit')",
    "timm.**.create_model": "import timm.models\nresult = timm.models.create_model('test_vit')",
    "einops.rearrange": "import einops\nresult = einops.rearrange(x, '(a b) -> a b', a=2)",
    "einops.reduce": "import einops\nresult = einops.reduce(x, 'a -> ', 'mean')",
    "einops.repeat": "import einops\nresult = einops.repeat(x, 'a -> a b', b=2)",
    "einops.einsum": "import einops\nresult = einops.einsum(x, x, 'a, a -> a')",
    "torchdiffeq.odeint": "import torchdiffeq\n"
    "result = torchdiffeq.odeint(lambda t, y: -y, x, torch.tensor([0.0, 1.0]), method='euler')",
    "torchdiffeq.odeint_adjoint": "import torchdiffeq\n"
    "class Decay(torch.nn.Module):\n    def forward(self, t, y):\n        return -y\n"
    "times = torch.tensor([0.0, 1.0])\n"
    "result = torchdiffeq.odeint_adjoint(Decay(), x, times, method='euler')",
    "kornia.color.rgb_to_*": "import kornia\n"
    "result = kornia.color.rgb_to_grayscale(x.repeat(3).reshape(1, 3, 2, 2))",
    "kornia.filters.gaussian_blur2d": "import kornia\n"
    "result = kornia.filters.gaussian_blur2d(x.reshape(1, 1, 2, 2), (1, 1), (1.0, 1.0))",
    "kornia.filters.sobel": "import kornia\nresult = kornia.filters.sobel(x.reshape(1, 1, 2, 2))",
    "kornia.geometry.transform.resize": "import kornia\n"
    "result = kornia.geometry.transform.resize(x.reshape(1, 1, 2, 2), (4, 4))",
    "transformers.AutoModel*.from_config": _BERT
    + "result = transformers.AutoModel.from_config(config)",
    "transformers.*Model": _BERT + "result = transformers.BertModel(config)",
    "transformers.*For*": _BERT
    + "result = transformers.BertForSequenceClassification(config)",
    "transformers.**.generate": _GPT
    + "result = model.generate(torch.ones(1, 2, dtype=torch.long), max_new_tokens=2, pad_token_id=0)",
    "transformers.PreTrainedModel": "import transformers\nresult = transformers.PreTrainedModel",
    "peft.get_peft_model": _GPT
    + "import peft\nresult = peft.get_peft_model(model, peft.LoraConfig(fan_in_fan_out=True))",
    "accelerate.Accelerator.prepare": _ACCELERATOR
    + "x = torch.nn.Linear(1, 1)\nresult = accelerator.prepare(x)",
    "accelerate.Accelerator.unwrap_model": _ACCELERATOR
    + "x = torch.nn.Linear(1, 1)\nresult = accelerator.unwrap_model(x)",
    "segmentation_models_pytorch.*": "import segmentation_models_pytorch as smp\n"
    "result = smp.Unet('resnet18', encoder_weights=None)",
    "segmentation_models_pytorch.losses.*.__call__": "import segmentation_models_pytorch as smp\n"
    "result = smp.losses.DiceLoss('binary')(x.reshape(1, 1, 4), torch.ones(1, 1, 4))",
    "diffusers.UNet*": "import diffusers\nresult = diffusers.UNet2DModel(sample_size=8, "
    "block_out_channels=(8, 8), down_block_types=('DownBlock2D',) * 2, "
    "up_block_types=('UpBlock2D',) * 2, norm_num_groups=4)",
    "diffusers.Autoencoder*": "import diffusers\nresult = diffusers.AutoencoderKL("
    "block_out_channels=(8,), norm_num_groups=4)",
    "ignite.engine.create_supervised_evaluator": _IGNITE,
    "torch_geometric.nn.*Conv": "import torch_geometric\nresult = torch_geometric.nn.GCNConv(2, 1)",
    "torch_geometric.nn.models.*": "import torch_geometric\n"
    "result = torch_geometric.nn.models.GCN(2, 3, 1)",
    "torch_geometric.nn.global_*_pool": "import torch_geometric\n"
    "result = torch_geometric.nn.global_mean_pool(x.reshape(4, 1), torch.zeros(4).long())",
    "torch_geometric.data.Data": _GRAPH + "import torch_geometric\n"
    "result = torch_geometric.data.Data(torch.ones(2, 1), edges)",
    "gpytorch.models.ExactGP": "import gpytorch\nresult = gpytorch.models.ExactGP",
    "gpytorch.kernels.*": "import gpytorch\nresult = gpytorch.kernels.RBFKernel()",
    "gpytorch.likelihoods.*": "import gpytorch\nresult = gpytorch.likelihoods.GaussianLikelihood()",
    "botorch.models.*": "import botorch\n"
    "result = botorch.models.SingleTaskGP(torch.rand(3, 1).double(), torch.rand(3, 1).double())",
    "botorch.optim.optimize_acqf": """
import botorch
model = botorch.models.SingleTaskGP(torch.rand(3, 1).double(), torch.rand(3, 1).double())
bounds = torch.tensor([[0.0], [1.0]]).double()
acquisition = botorch.acquisition.PosteriorMean(model)
result = botorch.optim.optimize_acqf(acquisition, bounds, q=1, num_restarts=1, raw_samples=2)[0]
""",
    "captum.attr.Saliency.attribute": _ATTRIBUTION.format("Saliency(net)", ""),
    "captum.attr.GuidedBackprop.attribute": _ATTRIBUTION.format("GuidedBackprop(net)", ""),
    "captum.attr.Occlusion.attribute": _ATTRIBUTION.format(
        "Occlusion(net)", ", sliding_window_shapes=(1,)"
    ),
    "captum.attr.IntegratedGradients.attribute": _ATTRIBUTION.format(
        "IntegratedGradients(net)", ""
    ),
    "captum.attr.InputXGradient.attribute": _ATTRIBUTION.format("InputXGradient(net)", ""),
    "captum.attr.DeepLift.attribute": _ATTRIBUTION.format("DeepLift(net)", ""),
    "e3nn.o3.Linear": "import e3nn.o3\nresult = e3nn.o3.Linear('1x0e', '2x0e')",
    "open_clip.create_model": "import open_clip\n"
    "result = open_clip.create_model('RN50', pretrained=None)",
    "skorch.NeuralNet*.predict": """
import numpy, skorch
net = skorch.NeuralNetRegressor(torch.nn.Linear(2, 1), max_epochs=1, verbose=0)
net.fit(numpy.ones((8, 2), 'float32'), numpy.ones((8, 1), 'float32'))
result = net.predict(numpy.ones((2, 2), 'float32'))
""",
    "stable_baselines3.*.predict": _PREDICTED,
    "pyro.nn.PyroModule": "import pyro.nn\nresult = pyro.nn.PyroModule",
}  # fmt: skip
