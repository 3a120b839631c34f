"""What serves the notebooks. Import the modules by name; this line imports nothing."""
