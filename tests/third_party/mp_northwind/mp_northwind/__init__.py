"""What Northwind adds to mp-core."""
