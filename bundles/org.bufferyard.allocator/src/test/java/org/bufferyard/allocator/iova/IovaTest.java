package org.bufferyard.allocator.iova;

import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.contract.IovaAllocatorContract;

final class IovaTest extends IovaAllocatorContract {
  @Override
  protected IovaAllocatorKind kind() {
    return new IovaKind();
  }
}
