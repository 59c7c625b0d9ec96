package org.bufferyard.iommu.intel;

/** What the tables say of a requester: how to translate for it, or why not at all. */
sealed interface Lookup permits Route, DmarFault {}
