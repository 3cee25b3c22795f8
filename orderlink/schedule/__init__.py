"""What starts runs again and again: a line of the crontab, or a service and a timer of systemd."""
