/** A display controller. */
package org.bufferyard.device.display;
