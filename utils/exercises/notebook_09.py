"""Checks of the exercises of notebook 09."""

from utils.exercises import exercise


@exercise("09.1")
def convolution(answer):
    yield answer(27, 96, 256, 5, 2), (307_456, 223_948_800)
    yield answer(13, 384, 384, 3, 1), (1_327_488, 169 * 9 * 384 * 384)
    yield answer(5, 6, 4, 1, 1), (28, 600)


@exercise("09.2")
def inception_cost(answer):
    yield answer(28, 192, (64, 96, 128, 16, 32, 32)), (163_328, 28**2 * 163_328)
    yield answer(7, 832, (384, 192, 384, 48, 128, 128)), (1_442_816, 49 * 1_442_816)
    yield answer(3, 10, (1, 2, 3, 4, 5, 6)), (10 * 13 + 54 + 500, 9 * 684)


@exercise("09.3")
def resnet_products(answer):
    yield answer((3, 4, 6, 3), True), 3_857_973_248
    yield answer((3, 4, 6, 3), False), 4_089_184_256
    yield answer((3, 8, 36, 3), True), 11_282_415_616
