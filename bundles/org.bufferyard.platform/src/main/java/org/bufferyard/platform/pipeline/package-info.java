/**
 * A pipeline in a yard: one exporter, its importers, and frames that go round. Who paces it, stops it
 * for a swap and counts is somebody else.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.bufferyard.platform.pipeline;
