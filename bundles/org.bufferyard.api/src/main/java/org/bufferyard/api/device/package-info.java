/**
 * Device types: what a driver asks for, and what the hardware does with a frame.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.bufferyard.api.device;
