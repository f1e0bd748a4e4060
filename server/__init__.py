"""What stands around the app when it is served: headers, health, log, and who may reach it."""
