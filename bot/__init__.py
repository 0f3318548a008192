"""The outermost layer: settings, command line, web routes and the wiring of the program."""
