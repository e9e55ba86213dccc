#include "service/engine/engine.h"
