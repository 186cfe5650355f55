"""Trains the tiny model: words, synthesis, augmentation, feature pool, loop, publishing."""
