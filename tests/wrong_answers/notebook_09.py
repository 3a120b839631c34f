"""Wrong answers to the exercises of notebook 09."""


def inception(side, maps, sizes, reduced):
    one, reduce3, three, reduce5, five, project = sizes
    weights = maps * (one + reduce3 + reduce5 + project)
    weights += (reduce3 if reduced else maps) * 9 * three + (
        reduce5 if reduced else maps
    ) * 25 * five
    return weights, side**2 * weights


def resnet(counts, step_in_first, shortcut=True):
    products, side, maps = 112**2 * 49 * 3 * 64, 56, 64
    for stage, blocks in enumerate(counts):
        width = 64 * 2**stage
        for number in range(blocks):
            after = side // 2 if stage and number == 0 else side
            products += (after if step_in_first else side) ** 2 * maps * width
            products += after**2 * 13 * width**2
            products += after**2 * maps * 4 * width * (shortcut and number == 0)
            side, maps = after, 4 * width
    return products + maps * 1000


WRONG = {
    "09.1": [
        lambda side, maps, filters, size, groups: (  # groups forgotten
            size**2 * maps * filters + filters,
            side**2 * size**2 * maps * filters,
        ),
        lambda side, maps, filters, size, groups: (  # biases multiplied
            size**2 * (maps // groups) * filters + filters,
            side**2 * (size**2 * (maps // groups) * filters + filters),
        ),
        lambda side, maps, filters, size, groups: (  # no biases
            size**2 * (maps // groups) * filters,
            side**2 * size**2 * (maps // groups) * filters,
        ),
    ],
    "09.2": [
        lambda side, maps, sizes: inception(side, maps, sizes, reduced=False),
        lambda side, maps, sizes: (  # the branches without their reductions' own weights
            9 * sizes[1] * sizes[2] + 25 * sizes[3] * sizes[4] + maps * (sizes[0] + sizes[5]),
            side**2
            * (9 * sizes[1] * sizes[2] + 25 * sizes[3] * sizes[4] + maps * (sizes[0] + sizes[5])),
        ),
    ],
    "09.3": [
        lambda counts, step_in_first: resnet(counts, True),
        lambda counts, step_in_first: resnet(counts, step_in_first, shortcut=False),
        lambda counts, step_in_first: resnet(counts, not step_in_first),
    ],
}
