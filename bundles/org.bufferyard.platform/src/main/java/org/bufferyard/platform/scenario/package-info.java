/** Scenarios: pipelines over a board, what is expected of them, and what came out. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.bufferyard.platform.scenario;
