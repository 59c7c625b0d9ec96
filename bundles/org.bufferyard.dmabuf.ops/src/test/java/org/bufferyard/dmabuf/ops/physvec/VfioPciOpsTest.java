package org.bufferyard.dmabuf.ops.physvec;

import org.bufferyard.api.contract.DmaBufOpsContract;
import org.bufferyard.api.contract.PlainAttachment;
import org.bufferyard.api.contract.PlainDevice;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;

class VfioPciOpsTest extends DmaBufOpsContract {
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
