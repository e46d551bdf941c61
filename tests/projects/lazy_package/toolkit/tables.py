def as_table(rows):
    return rows.numpy().round(2)
