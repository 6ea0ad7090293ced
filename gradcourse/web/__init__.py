"""The web site: chapters with their stored outputs, panels that move without a kernel."""
