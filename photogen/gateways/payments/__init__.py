"""Payment services, a file each."""
