/** Replays recorded kernels and lists every difference. */
package org.bufferyard.conform;
