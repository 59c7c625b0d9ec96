package org.bufferyard.yard;

import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation;

/** Passes everything on to a plain IOMMU; what is special stands in the test that extends it. */
abstract class AroundIommu implements Iommu {
  final FakeIommu plain;

  AroundIommu(FakeIommu plain) {
    this.plain = plain;
  }

  @Override
  public IommuDomain newDomain(DomainType type) {
    return plain.newDomain(type);
  }

  @Override
  public int attach(StreamId stream, IommuDomain domain) {
    return plain.attach(stream, domain);
  }

  @Override
  public void detach(StreamId stream) {
    plain.detach(stream);
  }

  @Override
  public Translation translate(StreamId stream, long address, boolean write) {
    return plain.translate(stream, address, write);
  }

  @Override
  public void close() {
    plain.close();
  }
}
