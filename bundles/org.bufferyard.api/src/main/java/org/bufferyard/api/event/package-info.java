/**
 * The one event vocabulary. A simulated run and a recorded kernel trace are both streams of these records, so every reader works on either.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.bufferyard.api.event;
