"""The account itself: profiles and entities, generated from a seed, with money in micros and times in epoch ms."""
