/** A video codec with a memory pool of its own. */
package org.bufferyard.device.codec;
