/**
 * A devicetree as it is written: nodes, properties, blobs, overlays, with bounds on what a broken
 * one may cost.
 */
package org.bufferyard.importer.devicetree.tree;
