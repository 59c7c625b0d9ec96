/** Wiring, dynamics and architecture tests in a running framework. */
package org.bufferyard.itest;
