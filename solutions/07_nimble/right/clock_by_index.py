"""Works on the neurons that are awake, and leaves the others out."""

EXERCISE = "nimble.5"


def adam_update(p, m, v, age, g, awake, lr):
    p, m, v, age = p.clone(), m.clone(), v.clone(), age.clone()
    for j in range(len(p)):
        if not awake[j]:
            continue
        age[j] += 1
        m[j] = 0.9 * m[j] + 0.1 * g[j]
        v[j] = 0.999 * v[j] + 0.001 * g[j] ** 2
        top, low = m[j] / (1 - 0.9 ** age[j]), v[j] / (1 - 0.999 ** age[j])
        p[j] -= lr * top / (low**0.5 + 1e-8)
    return p, m, v, age
