/**
 * What of a devicetree becomes part of a neutral draft: devices, links, memory, names, and how much
 * was understood.
 */
package org.bufferyard.importer.devicetree.draft;
