package org.bufferyard.api.memory;

import org.osgi.annotation.versioning.ProviderType;

/** Told when a consumer reads a page that is not one. Called on the engine thread. */
@ProviderType
public interface PageHazards {
  /** For a look at a list that no kernel takes. */
  PageHazards UNHEARD =
      new PageHazards() {
        @Override
        public void noPage(Segment.DmaOnly segment) {}

        @Override
        public void pageWithoutLinearMapping(Segment.PageBacked segment) {}
      };

  /** The entry has only a DMA address: the importer walks pages (P8). */
  void noPage(Segment.DmaOnly segment);

  /** The entry's page has no linear mapping or no struct page (C1). */
  void pageWithoutLinearMapping(Segment.PageBacked segment);
}
