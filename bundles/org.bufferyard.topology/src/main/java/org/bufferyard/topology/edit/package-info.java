/**
 * Boards as EMF models, for whoever edits them: text to model and back, what is wrong with a model,
 * and the packages it may use. What runs a board sees {@link
 * org.bufferyard.platform.spec.PlatformSpec} instead.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.bufferyard.topology.edit;
