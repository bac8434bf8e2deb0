"""Mail: a server by SMTP, or the log."""
