"""SenseVoice served by NVIDIA Triton: the graph's narrow head, the model repository, and the server of a wheel for tests."""
