/* The least that a Tversky loss must do, forward and backward: one pass over prediction and target, one over the target.
   loss.py compiles it, where there is a C compiler, as what all losses are measured by. */
#include <math.h>

static void sums(const float *restrict p, const float *restrict y, long n, int logits, double *found) {
    float overlap = 0, predicted = 0, present = 0;
    for (long i = 0; i < n; ++i) {
        float q = logits ? 1.0f / (1.0f + expf(-p[i])) : p[i];
        overlap += q * y[i], predicted += q, present += y[i];
    }
    found[0] += overlap, found[1] += predicted, found[2] += present;
}

static void slopes(const float *restrict p, const float *restrict y, float *restrict gradient, long n, int logits,
                   float start, float slope) {
    for (long i = 0; i < n; ++i) {
        float g = start + slope * y[i];
        if (logits) {
            float q = 1.0f / (1.0f + expf(-p[i]));
            g *= q * (1 - q);
        }
        gradient[i] = g;
    }
}

/* One ratio a row, alpha = beta = 1/2; the mean of the losses is returned. Parts of 4096 keep the rounding small. */
double step(const float *p, const float *y, float *gradient, long rows, long n, int logits, double delta) {
    double loss = 0;
    for (long r = 0; r < rows; ++r, p += n, y += n, gradient += n) {
        double found[3] = {0, 0, 0};
        for (long at = 0; at < n; at += 4096)
            sums(p + at, y + at, n - at < 4096 ? n - at : 4096, logits, found);
        double top = found[0] + delta, bottom = (found[1] + found[2]) / 2 + delta;
        loss += (1 - top / bottom) / rows;
        slopes(p, y, gradient, n, logits, top / (2 * bottom * bottom) / rows, -1 / bottom / rows);
    }
    return loss;
}
