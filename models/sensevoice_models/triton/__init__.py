"""SenseVoice served by NVIDIA Triton: the graph's narrow head, the model repository, and a server for tests."""
