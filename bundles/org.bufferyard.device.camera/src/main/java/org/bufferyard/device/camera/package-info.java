/** A camera as a device type; it doubles as the tutorial. */
package org.bufferyard.device.camera;
