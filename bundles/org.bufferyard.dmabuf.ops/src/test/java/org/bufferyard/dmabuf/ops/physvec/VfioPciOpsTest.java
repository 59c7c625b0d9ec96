package org.bufferyard.dmabuf.ops.physvec;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.contract.DmaBufOpsContract;
import org.bufferyard.api.contract.PlainAttachment;
import org.bufferyard.api.contract.PlainDevice;
import org.bufferyard.api.dma.PciPath;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;

class VfioPciOpsTest extends DmaBufOpsContract {
  @Override
  protected Optional<PciPath> place() {
    return Optional.of(new PciPath("root", PciPath.Peers.SAME_HOST_BRIDGE, 0, List.of()));
  }

  @Override
  protected DmaBufOpsKind kind() {
    return new VfioPciOpsKind();
  }

  /** The only importers that it takes. */
  @Override
  protected PlainAttachment attachment(PlainDevice importer) {
    return new PlainAttachment(importer, true, true);
  }
}
