/**
 * Answers in JSON, for every face that writes them: the keys are a promise. Faces add what only they
 * know under further keys.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.bufferyard.platform.json;
