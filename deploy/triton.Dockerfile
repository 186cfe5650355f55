# Triton with the onnxruntime that the served model runs on: docker build -f deploy/triton.Dockerfile -t sensevoice-triton:local .
# Both are of CUDA 13; another pair has to agree on the CUDA version too.
FROM nvcr.io/nvidia/tritonserver:25.10-py3
RUN pip install --no-cache-dir --break-system-packages onnxruntime-gpu==1.31.1
# Without one of CUDA's libraries the build ends here, not the server at its start. libcuda comes with the driver.
RUN libraries="$(ldd "$(python3 -c 'import importlib.util as util; print(util.find_spec("onnxruntime").submodule_search_locations[0])')/capi/libonnxruntime_providers_cuda.so")" && ! echo "$libraries" | grep -v 'libcuda\.so' | grep 'not found'
ENV PYTHONDONTWRITEBYTECODE=1
# The image's own user triton-server.
USER 1000:1000
VOLUME /repository
EXPOSE 8000 8001 8002
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=300s CMD ["curl", "--fail", "--silent", "--show-error", "http://127.0.0.1:8000/v2/health/ready"]
CMD ["tritonserver", "--model-repository=/repository", "--http-port=8000", "--grpc-port=8001", "--metrics-port=8002", "--exit-timeout-secs=20"]
