"""A made-up business to look at and to practise on: coffee machines, beans and care for offices."""
