/**
 * A board as immutable records, ready to run: what the topology compiles to and the yard is opened
 * on. No EMF here, and nothing that changes in a run.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.bufferyard.platform.spec;
