# `bgmatting serve` in a container, on the CPU. Build and run:
#
#   docker build -t bgmatting .
#   docker run --rm -p 8000:8000 --read-only --tmpfs /tmp bgmatting
#
# The web page in its place:
#
#   docker build -t bgmatting-page --build-arg EXTRAS=demo .
#   docker run --rm -p 8000:8000 -e HEALTH=/ bgmatting-page python -m bgmatting.demo

ARG PYTHON=3.12

FROM python:${PYTHON}-slim AS built
# Where the builds of torch without CUDA are, which are a fifth of the size.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ARG EXTRAS=serve
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/bgmatting
ENV PATH=/opt/bgmatting/bin:$PATH
# First what changes seldom, so that its layer is kept. Its index has all that torch needs.
RUN pip install --index-url "${TORCH_INDEX}" "torch>=2.8" "torchvision>=0.23"
COPY pyproject.toml setup.py README.md LICENSE MANIFEST.in /src/
COPY bgmatting /src/bgmatting
COPY weights/mobilenetv2 /src/weights/mobilenetv2
# What is installed for building goes again with this stage; pip is not needed where it runs.
RUN pip install "/src[${EXTRAS}]" && pip uninstall --yes pip

FROM python:${PYTHON}-slim
COPY --from=built /opt/bgmatting /opt/bgmatting
RUN useradd --create-home --uid 1000 bgmatting
USER bgmatting
WORKDIR /home/bgmatting
# HEALTH: what is asked at PORT to see whether it is well. The page listens as the GRADIO_ ones say.
ENV PATH=/opt/bgmatting/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HF_HUB_DISABLE_TELEMETRY=1 \
    GRADIO_SERVER_NAME=0.0.0.0 \
    GRADIO_SERVER_PORT=8000 \
    PORT=8000 \
    HEALTH=/healthz
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PORT'] + os.environ['HEALTH'], timeout=8)"]
# No shell in between, so that it is the server that is told to stop.
CMD ["bgmatting", "serve", "--host", "0.0.0.0", "--port", "8000"]
