"""What the waiting line keeps in the database: tickets, callbacks with their leases, customers."""
