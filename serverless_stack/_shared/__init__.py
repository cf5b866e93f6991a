"""What synthesis and runtime agree on, and the paths of this machine."""
