package org.bufferyard.shell.running;

import com.google.gson.Gson;
import com.google.gson.TypeAdapter;
import com.google.gson.TypeAdapterFactory;
import com.google.gson.reflect.TypeToken;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.util.Optional;

/** An empty optional is null in JSON, a full one its value. */
final class OptionalAdapter implements TypeAdapterFactory {
  @Override
  @SuppressWarnings("unchecked")
  public <T> TypeAdapter<T> create(Gson gson, TypeToken<T> type) {
    if (type.getRawType() != Optional.class
        || !(type.getType() instanceof ParameterizedType parameterized)) {
      return null;
    }
    TypeAdapter<Object> value =
        (TypeAdapter<Object>)
            gson.getAdapter(TypeToken.get(parameterized.getActualTypeArguments()[0]));
    return (TypeAdapter<T>) new Adapter(value);
  }

  private static final class Adapter extends TypeAdapter<Optional<Object>> {
    private final TypeAdapter<Object> value;

    private Adapter(TypeAdapter<Object> value) {
      this.value = value;
    }

    @Override
    public void write(JsonWriter out, Optional<Object> optional) throws IOException {
      if (optional.isPresent()) {
        value.write(out, optional.get());
      } else {
        out.nullValue();
      }
    }

    @Override
    public Optional<Object> read(JsonReader in) throws IOException {
      if (in.peek() == JsonToken.NULL) {
        in.nextNull();
        return Optional.empty();
      }
      return Optional.of(value.read(in));
    }
  }
}
