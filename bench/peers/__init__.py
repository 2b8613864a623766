"""The servers that Nexus is compared with, each as its own documentation would have it written."""
