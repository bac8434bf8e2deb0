"""The pages. The only house that imports Reflex; it shows, and asks the services to do."""
