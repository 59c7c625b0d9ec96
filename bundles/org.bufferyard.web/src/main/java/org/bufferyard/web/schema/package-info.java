/** What the packages of this moment look like to a page: types, features, palettes. */
package org.bufferyard.web.schema;
