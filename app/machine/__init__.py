"""What this computer is: GPUs, CPU, memory, disks; one snapshot value and live samples."""
