/**
 * The answer: one verdict a policy and importer, with its reason chain, hazards, mappings and cost.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.bufferyard.platform.verdict;
