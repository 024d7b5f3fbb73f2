// Written by `python -m tverskylib.explorers.browser.formulas`. Change it there, not here.

/** The probability of a logit. */
export function sigmoid(z) {
  return 1/(1 + Math.exp(-z));
}

/** The logit of a probability. */
export function logit(p) {
  return Math.log(-p/(p - 1));
}

/** The probability of the first of three classes. */
export function softmax(z, z1, z2) {
  return Math.exp(z)/(Math.exp(z) + Math.exp(z1) + Math.exp(z2));
}

/** The Tversky index of three counts. */
export function tverskyIndex(tp, fp, fn, alpha, beta, delta) {
  return (delta + tp)/(alpha*fp + beta*fn + delta + tp);
}

/** The Tversky loss of three counts. */
export function tverskyLoss(tp, fp, fn, alpha, beta, delta) {
  return (alpha*fp + beta*fn)/(alpha*fp + beta*fn + delta + tp);
}

/** The false positives with which the loss has a given value. */
export function falsePositivesOfLoss(tp, fn, alpha, beta, delta, loss) {
  return (-beta*fn*loss + beta*fn - delta*loss - loss*tp)/(alpha*(loss - 1));
}

/** The threshold on the chance of foreground that belongs to an index T. */
export function optimalThreshold(index, alpha, beta) {
  return alpha*index/(index*(alpha + beta - 1) + 1);
}

/** The denominator of the index. */
export function denominator(tp, fp, fn, alpha, beta, delta) {
  return alpha*fp + beta*fn + delta + tp;
}

/** An image's share of the batch's denominator. */
export function weight(tp, fp, fn, alpha, beta, delta, total) {
  return (alpha*fp + beta*fn + delta + tp)/total;
}

/** dT/dyhat of a foreground pixel; the loss has the other sign. */
export function foregroundSlope(tp, fp, fn, alpha, beta, delta) {
  return (alpha*fp + beta*delta + beta*fn + beta*tp)/Math.pow(alpha*fp + beta*fn + delta + tp, 2);
}

/** dT/dyhat of a background pixel; the loss has the other sign. */
export function backgroundSlope(tp, fp, fn, alpha, beta, delta) {
  return -alpha*(delta + tp)/Math.pow(alpha*fp + beta*fn + delta + tp, 2);
}

/** How many false positives one missed pixel is worth. */
export function exchangeRate(tp, fp, fn, alpha, beta) {
  return (alpha*fp + beta*fn + beta*tp)/(alpha*tp);
}

/** The beta of an exchange rate. */
export function betaOfRate(tp, fp, fn, alpha, rate) {
  return alpha*(-fp + rate*tp)/(fn + tp);
}

/** Without foreground: the delta that pulls hardest. */
export function strongestDelta(fp, alpha) {
  return alpha*fp;
}

/** And how hard it pulls on each pixel. */
export function strongestPull(fp) {
  return (1/4)/fp;
}

/** The sum of a prediction that a delta pulls hardest. */
export function cliff(delta, alpha) {
  return delta/alpha;
}

/** The label a of smoothed foreground. */
export function foregroundLabel(epsilon, classes) {
  return -epsilon + 1 + epsilon/classes;
}

/** The label b of smoothed background. */
export function backgroundLabel(epsilon, classes) {
  return epsilon/classes;
}

/** Where it is negative, all foreground is best. Per entry. */
export function conditionA(p, delta, alpha, beta, epsilon, classes) {
  return alpha*p*(1 - epsilon) - beta*epsilon*(p*(-epsilon + 1 + epsilon/classes) + epsilon*(1 - p)/classes)/classes + delta*(alpha*(1 - epsilon/classes) - beta*epsilon/classes);
}

/** Where it is negative, all background is best. Per entry. */
export function conditionB(p, delta, alpha, beta, epsilon, classes) {
  return beta*(p*(-epsilon + 1 + epsilon/classes) + epsilon*(1 - p)/classes)*(-epsilon + 1 + epsilon/classes) + delta*(-alpha*(epsilon - epsilon/classes) + beta*(-epsilon + 1 + epsilon/classes));
}

/** The index of u on all foreground and v on all background, against the smoothed mask. Per entry. */
export function smoothedIndex(p, delta, alpha, beta, epsilon, classes, u, v) {
  return (delta + p*u*(-epsilon + 1 + epsilon/classes) + epsilon*v*(1 - p)/classes)/(alpha*(p*u*(epsilon - epsilon/classes) + v*(1 - p)*(1 - epsilon/classes)) + beta*(p*(1 - u)*(-epsilon + 1 + epsilon/classes) + epsilon*(1 - p)*(1 - v)/classes) + delta + p*u*(-epsilon + 1 + epsilon/classes) + epsilon*v*(1 - p)/classes);
}

/** Where it is not positive, no share p < 1 helps. */
export function fullMask(alpha, beta, epsilon, classes) {
  return alpha*(1 - epsilon) - beta*epsilon*(-epsilon + 1 + epsilon/classes)/classes;
}

/** The share of foreground from which on Claim 1 holds, with delta = 0. */
export function criticalShare(alpha, beta, epsilon, classes) {
  return beta*Math.pow(epsilon, 2)/(Math.pow(classes, 2)*(1 - epsilon)*(alpha - beta*epsilon/classes));
}

/** Cross-entropy with the one-hot label. */
export function crossEntropy(q) {
  return -Math.log(q);
}

/** Cross-entropy with the smooth label of two classes. */
export function smoothCrossEntropy(q, epsilon) {
  return -1/2*epsilon*Math.log(1 - q) + ((1/2)*epsilon - 1)*Math.log(q);
}

/** Cross-entropy with any label of two classes. */
export function crossEntropyWith(label, q) {
  return -label*Math.log(q) - (1 - label)*Math.log(1 - q);
}

/** Cross-entropy with the smooth label of three classes, of which the first is right. */
export function smoothCrossEntropyOfThree(q1, q2, q3, epsilon) {
  return -1/3*epsilon*Math.log(q2) - 1/3*epsilon*Math.log(q3) + ((2/3)*epsilon - 1)*Math.log(q1);
}

/** What the smooth label of three classes gives to the right one. */
export function smoothLabelOfThree(epsilon) {
  return 1 - 2/3*epsilon;
}

/** The entropy of three classes. */
export function entropyOfThree(q1, q2, q3) {
  return -q1*Math.log(q1) - q2*Math.log(q2) - q3*Math.log(q3);
}

/** KL from the uniform distribution of three classes to the prediction. */
export function fromUniformOfThree(q1, q2, q3) {
  return (1/3)*Math.log((1/3)/q1) + (1/3)*Math.log((1/3)/q2) + (1/3)*Math.log((1/3)/q3);
}

/** KL the other way round. */
export function toUniformOfThree(q1, q2, q3) {
  return q1*Math.log(3*q1) + q2*Math.log(3*q2) + q3*Math.log(3*q3);
}

/** KL from the uniform distribution to the prediction. */
export function uniformDivergence(q) {
  return (1/2)*Math.log((1/2)/q) + (1/2)*Math.log((1/2)/(1 - q));
}

/** What is left between both losses, the second scaled and lifted as Claim 2 says. */
export function leftOver(q, epsilon, w) {
  return -1/2*epsilon*Math.log(1 - q) - epsilon*Math.log(2) - (1 - epsilon)*(w*((1/2)*Math.log((1/2)/q) + (1/2)*Math.log((1/2)/(1 - q))) - Math.log(q)) + ((1/2)*epsilon - 1)*Math.log(q);
}

/** The weight of that divergence to which smoothing amounts. */
export function effectiveWeight(epsilon) {
  return -epsilon/(epsilon - 1);
}

/** Where cross-entropy with so much of that divergence is lowest. */
export function penalisedMinimum(w) {
  return (w + 2)/(2*w + 2);
}

/** The weight with which it is lowest at q. */
export function weightOfMinimum(q) {
  return 2*(1 - q)/(2*q - 1);
}

/** The label noise penalty. */
export function labelNoise(q) {
  return -Math.log(q) - Math.log(1 - q);
}

/** The confidence penalty, minus the entropy. */
export function confidence(q) {
  return q*Math.log(q) + (1 - q)*Math.log(1 - q);
}

/** The slope of the label noise penalty over q. */
export function labelNoiseSlope(q) {
  return 1/(1 - q) - 1/q;
}

/** The slope of the confidence penalty over q. */
export function confidenceSlope(q) {
  return Math.log(q) - Math.log(1 - q);
}

/** The same slope, at the logit z of q. */
export function labelNoiseSlopeAt(z) {
  return 2*Math.sinh(z);
}

/** The same slope, at the logit z of q. */
export function confidenceSlopeAt(z) {
  return z;
}

/** Where cross-entropy with so much of the label noise penalty is lowest. */
export function labelNoiseMinimum(w) {
  return (w + 1)/(2*w + 1);
}

/** The squared form along one pixel; the others stand on their labels, and rest is the sum of their squares. */
export function squaredLoss(t, x, rest) {
  return Math.pow(t - x, 2)/(rest + Math.pow(t, 2) + Math.pow(x, 2));
}

/** The smoothing that gives foreground this label. */
export function epsilonOfLabel(label, classes) {
  return classes*(1 - label)/(classes - 1);
}
