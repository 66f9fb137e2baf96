"""What `pyproject.toml` cannot say: the weights that an installed package carries.

In a checkout `weights/` at the top is the one place. A built package, and so an installed one, has
those of `SHIPPED` within, where `bgmatting.weights.repositories` finds them too.
"""

from __future__ import annotations

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SHIPPED = ("mobilenetv2",)  # the others are fetched from the Hub
FILES = ("config.json", "model.safetensors", "README.md", "metrics.json")
INSIDE = Path("bgmatting", "weights", "shipped")


class BuildWithWeights(build_py):
    """Copies the weights into what is built; an editable installation has the checkout's."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            for built, source in self._weights().items():
                self.mkpath(str(Path(built).parent))
                self.copy_file(source, built, preserve_mode=False)

    def get_source_files(self) -> list[str]:
        """What a source distribution takes; it has the weights at its top, as a checkout has."""
        return [*super().get_source_files(), *self._weights().values()]

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        inside = [] if self.editable_mode else list(self._weights())
        return [*super().get_outputs(include_bytecode), *inside]

    def _weights(self) -> dict[str, str]:
        """File to build -> the file it is."""
        return {
            str(Path(self.build_lib, INSIDE, backbone, name)): str(Path("weights", backbone, name))
            for backbone in SHIPPED
            for name in FILES
        }


setup(cmdclass={"build_py": BuildWithWeights})
