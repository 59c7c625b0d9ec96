/**
 * Facts, one scenario a class: what was recorded of a single rule, without a yard's history.
 */
package org.bufferyard.conform.fact;
